@NullMarked
package io.tidemark.bench.growth;

import org.jspecify.annotations.NullMarked;
