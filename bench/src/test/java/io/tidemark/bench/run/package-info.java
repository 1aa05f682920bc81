@NullMarked
package io.tidemark.bench.run;

import org.jspecify.annotations.NullMarked;
