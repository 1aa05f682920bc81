@NullMarked
package io.tidemark.chaos.report;

import org.jspecify.annotations.NullMarked;
