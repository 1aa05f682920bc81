/** Tidemark's jobs as a pipeline: a program that runs both and ends. */
@NullMarked
package io.tidemark.bench.both;

import org.jspecify.annotations.NullMarked;
