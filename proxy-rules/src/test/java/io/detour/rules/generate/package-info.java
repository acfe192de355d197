@NullMarked
package io.detour.rules.generate;

import org.jspecify.annotations.NullMarked;
