@NullMarked
package io.tidemark.cli.embedded;

import org.jspecify.annotations.NullMarked;
