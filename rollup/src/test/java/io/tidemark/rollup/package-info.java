@NullMarked
package io.tidemark.rollup;

import org.jspecify.annotations.NullMarked;
