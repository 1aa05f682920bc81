/** Bugs put into the running jobs, to prove that the checks find them. */
@NullMarked
package io.tidemark.chaos.plant;

import org.jspecify.annotations.NullMarked;
