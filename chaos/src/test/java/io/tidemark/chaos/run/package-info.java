@NullMarked
package io.tidemark.chaos.run;

import org.jspecify.annotations.NullMarked;
