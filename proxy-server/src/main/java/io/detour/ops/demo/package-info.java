/**
 * The demo: an origin that stands for all the new hosts of the example rules, so that somebody
 * without any network sees legacy names being rewritten.
 */
@NullMarked
package io.detour.ops.demo;

import org.jspecify.annotations.NullMarked;
