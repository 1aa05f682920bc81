@NullMarked
package io.tidemark.stream.aggregate;

import org.jspecify.annotations.NullMarked;
