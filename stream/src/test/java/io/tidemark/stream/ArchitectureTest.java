package io.tidemark.stream;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.tidemark.stream.aggregate.PartitionTime;

@AnalyzeClasses(packages = "io.tidemark.stream", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
    @ArchTest
    static final ArchRule enrichKnowsNothingOfAggregate = noClasses()
            .that()
            .resideInAPackage("..stream.enrich..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..stream.aggregate..");

    @ArchTest
    static final ArchRule aggregateKnowsNothingOfEnrich = noClasses()
            .that()
            .resideInAPackage("..stream.aggregate..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..stream.enrich..");

    @ArchTest
    static final ArchRule sessionKnowsNothingOfOtherStages = noClasses()
            .that()
            .resideInAPackage("..stream.session..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..stream.enrich..", "..stream.aggregate..");

    @ArchTest
    static final ArchRule otherStagesKnowNothingOfSession = noClasses()
            .that()
            .resideOutsideOfPackage("..stream.session..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("..stream.session..");

    @ArchTest
    static final ArchRule whatIsSharedKnowsNoStage = noClasses()
            .that()
            .resideInAPackage("io.tidemark.stream")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("..stream.enrich..", "..stream.aggregate..");

    /** But for the name that a part of savepoints has. */
    @ArchTest
    static final ArchRule eventTimeKnowsNoStage = noClasses()
            .that()
            .resideInAPackage("io.tidemark.stream.time")
            .should()
            .dependOnClassesThat(resideInAnyPackage("..stream.enrich..", "..stream.aggregate..")
                    .and(not(type(PartitionTime.class))));

    @ArchTest
    static final ArchRule streamUsesModelAndStoreOnly = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.tidemark.collect..",
                    "io.tidemark.cli..",
                    "io.tidemark.serve..",
                    "io.tidemark.rollup..",
                    "io.tidemark.bench..");
}
