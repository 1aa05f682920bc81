@NullMarked
package io.tidemark.chaos.fault;

import org.jspecify.annotations.NullMarked;
