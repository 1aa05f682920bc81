@NullMarked
package io.tidemark.stream.enrich;

import org.jspecify.annotations.NullMarked;
