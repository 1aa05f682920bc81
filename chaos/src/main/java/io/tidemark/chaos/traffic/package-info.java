/** What is sent, and what must become of it. */
@NullMarked
package io.tidemark.chaos.traffic;

import org.jspecify.annotations.NullMarked;
