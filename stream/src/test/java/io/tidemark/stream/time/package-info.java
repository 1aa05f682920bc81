@NullMarked
package io.tidemark.stream.time;

import org.jspecify.annotations.NullMarked;
