/** Rollups, which Spark makes in a process of its own. */
@NullMarked
package io.tidemark.cli.rollup;

import org.jspecify.annotations.NullMarked;
