@NullMarked
package io.tidemark.cli.jobs;

import org.jspecify.annotations.NullMarked;
