/** Links between the jobs and their servers that can be broken at will. */
@NullMarked
package io.tidemark.chaos.proxy;

import org.jspecify.annotations.NullMarked;
