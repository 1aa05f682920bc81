/** What runs came to. */
@NullMarked
package io.tidemark.chaos.report;

import org.jspecify.annotations.NullMarked;
