import Lenses

/// tmp
package func publishedText(_ result: BabilongResult) -> String { "" }
