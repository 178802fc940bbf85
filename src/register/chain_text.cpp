#include "register/chain_text.h"

#include <fmt/format.h>

namespace firmground::registry {

namespace {

std::string_view thing(Section section) {
  switch (section) {
    case Section::version: return "a version";
    case Section::batch: return "the entry's own line (file, author, time, counts)";
    case Section::issues: return "the list of its issues";
    case Section::covariate: return "a raster";
    case Section::revocation: return "the taking back of a version";
    case Section::undo: return "the taking back of a batch";
    case Section::merge: return "a merger";
    case Section::attachment: return "the note of an attachment";
    case Section::setting: return "a setting of the programme";
  }
  return "something";
}

}  // namespace

std::string words_for(Section section, Change change) {
  switch (change) {
    case Change::missing: return fmt::format("{} was deleted", thing(section));
    case Change::added: return fmt::format("{} was put in beside the chain", thing(section));
    case Change::moved: return fmt::format("{} was moved from its place", thing(section));
    case Change::changed:
      return section == Section::version ? "its identity, date, state, source row or hash was changed"
                                         : fmt::format("{} was changed", thing(section));
  }
  return {};
}

std::string where_of(const AuditLink& link) {
  return fmt::format("entry {}: {}{} by {} at {}", link.number, link.action,
                     link.subject.empty() ? "" : " of " + link.subject, link.author.empty() ? "unknown" : link.author,
                     link.entered_at);
}

std::string hex_of(std::string_view bytes) {
  std::string text;
  for (const unsigned char byte : bytes) {
    text += fmt::format("{:02x}", byte);
  }
  return text;
}

}  // namespace firmground::registry
