/** How another program uses the relay: the example of the documentation. */
@NullMarked
package io.detour.example;

import org.jspecify.annotations.NullMarked;
