@NullMarked
package io.tidemark.chaos.check;

import org.jspecify.annotations.NullMarked;
