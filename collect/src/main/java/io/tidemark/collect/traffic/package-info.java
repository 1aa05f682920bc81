/** Made-up traffic for demos and trials, the same for the same seed. */
@NullMarked
package io.tidemark.collect.traffic;

import org.jspecify.annotations.NullMarked;
