#include "intake/csv_reader.h"

#include <algorithm>

namespace firmground::intake {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

char separator_of(std::string_view header) {
  header = header.substr(0, header.find_first_of("\r\n"));
  const auto count = [&](char c) { return std::count(header.begin(), header.end(), c); };
  if (count(';') > count(',') && count(';') >= count('\t')) {
    return ';';
  }
  return count('\t') > count(',') ? '\t' : ',';
}

/// Length of the UTF-8 sequence at the start of the text, 0 when there is none.
std::size_t sequence_length(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto continues = [&](std::size_t i) { return i < text.size() && (byte(i) & 0xC0U) == 0x80U; };
  const unsigned char lead = byte(0);
  if (lead < 0x80) {
    return 1;
  }
  if (lead >= 0xC2 && lead <= 0xDF) {
    return continues(1) ? 2 : 0;
  }
  if (lead >= 0xE0 && lead <= 0xEF && continues(1) && continues(2)) {
    const bool overlong = lead == 0xE0 && byte(1) < 0xA0;
    const bool surrogate = lead == 0xED && byte(1) > 0x9F;
    return overlong || surrogate ? 0 : 3;
  }
  if (lead >= 0xF0 && lead <= 0xF4 && continues(1) && continues(2) && continues(3)) {
    const bool overlong = lead == 0xF0 && byte(1) < 0x90;
    const bool too_large = lead == 0xF4 && byte(1) > 0x8F;
    return overlong || too_large ? 0 : 4;
  }
  return 0;
}

}  // namespace

std::size_t first_invalid_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_length(text.substr(at));
    if (length == 0) {
      return at;
    }
    at += length;
  }
  return std::string_view::npos;
}

CsvReader::CsvReader(std::string_view text)
    : text_(text.starts_with(kByteOrderMark) ? text.substr(kByteOrderMark.size()) : text),
      separator_(separator_of(text_)) {}

bool CsvReader::next() {
  while (at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r')) {
    ++at_;  // a line break of two characters, or a blank line
  }
  if (at_ >= text_.size()) {
    return false;
  }
  ++row_;
  cells_.clear();
  unquoted_used_ = 0;
  row_ended_ = false;
  cut_at_end_ = false;
  while (!row_ended_) {
    const bool quoted = at_ < text_.size() && text_[at_] == '"';
    quoted ? read_quoted_cell() : read_cell();
  }
  return true;
}

void CsvReader::read_cell() {
  const std::size_t begin = at_;
  while (at_ < text_.size() && text_[at_] != separator_ && text_[at_] != '\n' && text_[at_] != '\r') {
    ++at_;
  }
  cells_.push_back(text_.substr(begin, at_ - begin));
  cut_at_end_ = at_ == text_.size();
  row_ended_ = cut_at_end_ || text_[at_] != separator_;
  at_ += row_ended_ ? 0 : 1;
}

void CsvReader::read_quoted_cell() {
  const std::size_t begin = ++at_;
  bool doubled = false;
  for (;; ++at_) {
    at_ = std::min(text_.find('"', at_), text_.size());
    if (at_ == text_.size()) {
      unclosed_quote_ = true;
      break;
    }
    if (at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
      doubled = true;
      ++at_;
      continue;
    }
    break;
  }
  std::string_view content = text_.substr(begin, at_ - begin);
  if (doubled) {
    unquoted_.resize(std::max(unquoted_.size(), unquoted_used_ + 1));
    std::string& plain = unquoted_[unquoted_used_++];
    plain.clear();
    for (std::size_t i = 0; i < content.size(); ++i) {
      plain += content[i];
      i += content[i] == '"' ? 1 : 0;
    }
    content = plain;
  }
  at_ += unclosed_quote_ ? 0 : 1;
  // Text between the closing quote and the separator is an error of the writer; it is kept with the cell rather than
  // lost.
  const std::size_t after = at_;
  read_cell();
  if (const std::string_view rest = text_.substr(after, cells_.back().size()); !rest.empty()) {
    unquoted_.resize(std::max(unquoted_.size(), unquoted_used_ + 1));
    unquoted_[unquoted_used_] = std::string(content) + std::string(rest);
    content = unquoted_[unquoted_used_++];
  }
  cells_.back() = content;
}

}  // namespace firmground::intake
