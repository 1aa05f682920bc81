/** What was found after a run, and every invariant held against it. */
@NullMarked
package io.tidemark.chaos.check;

import org.jspecify.annotations.NullMarked;
