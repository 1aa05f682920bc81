/** Running contenders in turn, measuring their processes and checking their results. */
@NullMarked
package io.tidemark.bench.run;

import org.jspecify.annotations.NullMarked;
