/**
 * Strict reading of YAML and JSON for every file of Detour: a text becomes a tree of located nodes,
 * {@link io.detour.rules.document.Document} being the way in, and {@link
 * io.detour.rules.document.Fields} takes mappings apart. Problems are collected, each with line and
 * column, instead of stopping at the first.
 *
 * <p>YAML is read from the events of SnakeYAML Engine, JSON from the tokens of Jackson: neither's
 * binding to objects is used, because it knows no line of a value that it has bound.
 *
 * <p>{@link io.detour.rules.document.DocumentPaths} finds the files that a list of files and
 * folders stands for.
 */
@NullMarked
package io.detour.rules.document;

import org.jspecify.annotations.NullMarked;
