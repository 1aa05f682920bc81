# For those who know the lab by these names. All of it is the tidemark command; see ./tidemark --help.
DATA ?= ./tidemark-data

# Its processes live for seconds to minutes: compiling more than lightly would take longer than it saves.
CHAOS = JAVA_TOOL_OPTIONS="-XX:TieredStopAtLevel=1 -XX:+UseSerialGC" nice java -Xmx512m -jar chaos/target/tidemark-chaos/tidemark-chaos.jar

.DEFAULT_GOAL := help
.PHONY: help bench bench_growth bench_latency bench_micro bench_rollup fuzz up down job aggregation_job window_job session_job demo test psql chaos chaos_report stored_savepoint

help: ## This list
	@awk -F ':.*## ' '/^[a-z_]+:.*## /{printf "make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo "DATA=folder chooses the data folder, by default $(DATA)"

up: ## Start Kafka, PostgreSQL and Flink in the background, and wait until they answer
	@./tidemark up --detach --data $(DATA)

down: ## Stop them
	@./tidemark down --data $(DATA)

job: ## Submit the enrich job
	@./tidemark job enrich --if-absent --data $(DATA)

aggregation_job: ## Submit the aggregate job
	@./tidemark job aggregate --if-absent --data $(DATA)

session_job: ## Submit the session job
	@./tidemark job session --if-absent --data $(DATA)

window_job: aggregation_job ## The same

demo: ## Everything with generated traffic, until Ctrl-C
	@./tidemark demo

test: ## Build everything and run all tests
	mvn -B verify

chaos: ## Break things at random and check every invariant: RUNS=, SEED=, FAULT=, PARALLEL=, PLANT=, REPORT=, LOG=
	@mvn -B -q -pl chaos -am package -Dmaven.test.skip=true -Dspotless.check.skip=true
	@$(CHAOS) $(if $(SEED),--seed $(SEED)) --runs $(or $(RUNS),1) --parallel $(or $(PARALLEL),1) $(if $(FAULT),--fault $(FAULT)) \
		$(if $(PLANT),--plant $(PLANT)) $(if $(RUNS_PER_CLUSTER),--runs-per-cluster $(RUNS_PER_CLUSTER)) \
		$(if $(REPORT),--report $(REPORT)) $(if $(LOG),--log $(LOG)) $(if $(FOLDER),--folder $(FOLDER))

chaos_report: ## Sum up the logs of several invocations of make chaos: LOGS="a.log b.log", REPORT=
	@$(CHAOS) report $(LOGS) $(if $(REPORT),--report $(REPORT))

psql: ## A prompt on the results, while the stack is up
	@value() { sed -n "s|.*\"$$1\" : \"\([^\"]*\)\".*|\1|p" $(DATA)/stack.json 2>/dev/null; }; \
	url=$$(value jdbcUrl); url=$${url#jdbc:}; user=$$(value postgresUser); file=$$(value postgresPasswordFile); \
	if ! command -v psql >/dev/null; then echo "psql is not installed; use: ./tidemark sql --data $(DATA) \"select ...\""; \
	elif [ -z "$$url" ]; then echo "Nothing runs on $(DATA); start it with: make up"; exit 1; \
	else if [ -n "$$file" ]; then PGPASSWORD=$$(cat "$$file") && export PGPASSWORD; fi; PGUSER="$$user" psql "$$url"; fi

fuzz: ## A million hostile records through parser, enrichment and both jobs; SEED=number repeats a run
	mvn -B -pl cli -am verify -Dtest='*FuzzTest' -Dit.test=FuzzedJobsIT -Dtidemark.fuzz.job.records=1000000 \
		$(if $(SEED),-Dtidemark.fuzz.seed=$(SEED)) \
		-Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false

stored_savepoint: ## Keep the state of this version's jobs for a test of later ones, NAME=
	mvn -B -pl cli -am verify -Dtest=None -Dit.test='StoredSavepointIT#aStateOfThisVersionIsStored' \
		-Dtidemark.store.savepoint=$(CURDIR)/cli/src/test/resources/io/tidemark/cli/e2e/stored/$(NAME).zip \
		-Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false

bench: ## Tidemark, its peers and the limits of the machine on the same input, in turn: QUICK=1, EVENTS=, ROUNDS=, WORK=aggregate,enrich,both, SEED=, ACCESS_LOG=file, REPORT=, FROM=measurements
	@mvn -B -q -Ppeers -pl bench,bench/peers/flink-sql,bench/peers/hazelcast-jet,bench/peers/kafka-streams,bench/peers/spark -am package \
		-Dmaven.test.skip=true -Dspotless.check.skip=true
	@java -Xmx2g -jar bench/target/tidemark-bench/tidemark-bench.jar $(if $(SEED),--seed $(SEED)) $(if $(WORK),--work $(WORK)) $(if $(ACCESS_LOG),--access-log $(ACCESS_LOG)) \
		--events $(or $(EVENTS),$(if $(QUICK),300000,5000000)) --rounds $(or $(ROUNDS),$(if $(QUICK),1,5)) $(if $(QUICK),--warm-ups 0) \
		$(if $(REPORT),--report $(REPORT)) $(if $(FROM),--from $(FROM))

bench_growth: ## How the rate changes with keys, partitions, sizes, stored rows, and the heap it needs: CURVES=, HEAPS=, ROUNDS=, REPORT=
	@mvn -B -q -pl bench -am package -Dmaven.test.skip=true -Dspotless.check.skip=true
	@java -Xmx4g -cp bench/target/tidemark-bench/tidemark-bench.jar io.tidemark.bench.growth.GrowthMain \
		$(if $(CURVES),--curves $(CURVES)) $(if $(HEAPS),--heaps $(HEAPS)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(REPORT),--report $(REPORT))

bench_rollup: ## Rollups of a year beside plain Postgres and DuckDB: HOSTS=, ROWS= by window and host, ROUNDS=, REPORT=
	@mvn -B -q -pl bench,rollup -am package -Dmaven.test.skip=true -Dspotless.check.skip=true
	@java -Xmx2g -cp bench/target/tidemark-bench/tidemark-bench.jar io.tidemark.bench.rollup.RollupBenchMain \
		$(if $(HOSTS),--hosts $(HOSTS)) $(if $(ROWS),--rows $(ROWS)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(REPORT),--report $(REPORT))

bench_micro: ## The hot parts one by one, with what they allocate, by JMH: ONLY=pattern, REPORT=file
	@mvn -B -q -Ppeers -pl bench/micro -am package -Dmaven.test.skip=true -Dspotless.check.skip=true
	@java -cp "bench/micro/target/jars/*" org.openjdk.jmh.Main -prof gc -f 1 -wi 3 -w 2 -i 5 -r 2 -jvmArgs -Xmx1g \
		$(if $(REPORT),-rf csv -rff $(REPORT)) $(ONLY)

bench_latency: ## How long until events and windows are in the tables, at parts of the highest rate: RATE= (no search), SECONDS=, AGGREGATES=, REPORT=
	@mvn -B -q -pl bench -am package -Dmaven.test.skip=true -Dspotless.check.skip=true
	@java -Xmx1g -cp bench/target/tidemark-bench/tidemark-bench.jar io.tidemark.bench.latency.LatencyMain \
		$(if $(RATE),--rate $(RATE)) $(if $(SECONDS),--seconds $(SECONDS)) $(if $(AGGREGATES),--aggregates $(AGGREGATES)) $(if $(REPORT),--report $(REPORT)) $(if $(FOLDER),--folder $(FOLDER))
