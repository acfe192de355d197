/** The command line: {@link io.detour.cli.Main}, a class for each verb, and what verbs share. */
@NullMarked
package io.detour.cli;

import org.jspecify.annotations.NullMarked;
