/** Rollups of a year, beside those that Postgres and DuckDB make. */
@NullMarked
package io.tidemark.bench.rollup;

import org.jspecify.annotations.NullMarked;
