#pragma once
#include <string>

/// What all HTML documents share: one style sheet, neutral in light and dark, and the parts that every page is made of.
namespace firmground::report {

extern const char* const kPageStyle;

/// `<tag class dir="auto">text</tag>`, nothing for an empty text.
std::string element(const char* tag, const char* css_class, const std::string& text);
/// `content` is HTML.
std::string section(const std::string& heading, const std::string& content);

}  // namespace firmground::report
