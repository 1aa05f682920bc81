@NullMarked
package io.tidemark.stream;

import org.jspecify.annotations.NullMarked;
