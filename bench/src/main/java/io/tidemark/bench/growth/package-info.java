/** How Tidemark's rate changes with its input and with what is stored, and the heap that it needs. */
@NullMarked
package io.tidemark.bench.growth;

import org.jspecify.annotations.NullMarked;
