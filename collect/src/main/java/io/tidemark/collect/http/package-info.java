/** The collector: an HTTP server that browsers and servers send page views to. */
@NullMarked
package io.tidemark.collect.http;

import org.jspecify.annotations.NullMarked;
