@NullMarked
package io.tidemark.chaos.traffic;

import org.jspecify.annotations.NullMarked;
