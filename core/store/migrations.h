#pragma once

#include <string_view>
#include <vector>

namespace lorascope::store {

class Database;

/// "LoRa": SQLite's application_id of our databases, at byte 68 of the file.
inline constexpr int kApplicationId = 0x4c6f5261;

/// SQL that leads from schema version i to i + 1, for i from 0: never changed once released, only added to.
const std::vector<std::string_view>& migrations();
/// The schema version that this program writes.
int newest_schema_version();

/// Applies the migrations from the database's version up to `version`, each in a transaction of its own that also
/// checks that no other process has applied it meanwhile.
void migrate(Database& database, int version);

}  // namespace lorascope::store
