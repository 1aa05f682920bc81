/** Programs that show what is possible on a machine: no engine, no promise, only the work. */
@NullMarked
package io.tidemark.bench.limit;

import org.jspecify.annotations.NullMarked;
