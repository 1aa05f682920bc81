/** What tests of several modules share. Never shipped. */
@NullMarked
package io.tidemark.testkit;

import org.jspecify.annotations.NullMarked;
