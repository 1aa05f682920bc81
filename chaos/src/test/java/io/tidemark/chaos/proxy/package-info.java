@NullMarked
package io.tidemark.chaos.proxy;

import org.jspecify.annotations.NullMarked;
