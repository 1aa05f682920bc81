@NullMarked
package io.tidemark.bench.input;

import org.jspecify.annotations.NullMarked;
