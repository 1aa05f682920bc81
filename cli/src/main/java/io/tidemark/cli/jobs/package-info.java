/** Submits the jobs to a Flink cluster, and knows where they stopped. */
@NullMarked
package io.tidemark.cli.jobs;

import org.jspecify.annotations.NullMarked;
