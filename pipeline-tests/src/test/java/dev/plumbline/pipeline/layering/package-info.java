/**
 * What must never depend on what, inside and between the modules, held by ArchUnit.
 *
 * <p>Every rule takes the root package as a parameter, so that the very rule which guards {@code dev.plumbline} is also
 * seen red: {@code fixture} is a small mirror of the source tree in which each rule is broken on purpose. A package that a
 * rule names and that nobody has is a rule that guards nothing, which is why rules fail on empty packages.
 *
 * <p>Two traps. Layers are judged outside {@code target/test-classes}, waits inside and without the fixtures, which would
 * break the real run. And
 * ArchUnit sees byte code: constants that the compiler inlines and generics that it erases leave no trace.
 */
package dev.plumbline.pipeline.layering;
