/** An origin that stands for all new hosts of the example rules: a demo that needs no network. */
@NullMarked
package io.detour.ops.demo;

import org.jspecify.annotations.NullMarked;
