/**
 * Strict reading of YAML for every file of Detour: a text becomes a tree of located nodes, {@link
 * io.detour.rules.document.Document} being the way in, and {@link io.detour.rules.document.Fields}
 * takes mappings apart. Problems are collected, each with line and column, instead of stopping at
 * the first.
 *
 * <p>Jackson's token stream does the YAML; its data binding is not used, because it knows no line
 * of a value that it has bound.
 */
@NullMarked
package io.detour.rules.document;

import org.jspecify.annotations.NullMarked;
