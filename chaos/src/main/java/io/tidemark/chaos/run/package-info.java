/** A run from its seed to its result. */
@NullMarked
package io.tidemark.chaos.run;

import org.jspecify.annotations.NullMarked;
