@NullMarked
package io.tidemark.chaos.plant;

import org.jspecify.annotations.NullMarked;
