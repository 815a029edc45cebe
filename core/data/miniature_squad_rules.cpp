#include "core/data/miniature_squad_rules.h"

namespace lorascope::data {

const std::string_view kReportRules = R"(
facts: meet | buy | job | trip | find | build | lose | game | visit | write
meet.shared: {person1} met {person2} in {location1} {time1} .
 | In {location1} , {person1} met {person2} {time1} .
meet.train: {time1} , {person1} had tea with {person2} in {location1} .
meet.held: {person1} and {person2} sat down together in {location1} {time1} .
meet.ask.shared: person2 = Who did {person1} meet ? | location1 = Where did {person1} meet {person2} ?
 | time1 = When did {person1} meet {person2} ?
meet.ask.train: location1 = In which place were {person1} and {person2} ?
meet.ask.held: person2 = With whom was {person1} together ? | location1 = In what town did {person1} see {person2} ?
buy.shared: {person1} bought {thing1} from {corporation1} for {price1} .
 | {corporation1} sold {thing1} to {person1} for {price1} .
buy.train: For {price1} , {person1} got {thing1} at {corporation1} .
buy.held: {person1} paid {corporation1} {price1} for {thing1} .
buy.ask.shared: thing1 = What did {person1} buy ? | price1 = How much did {person1} pay ?
 | corporation1 = Who sold {thing1} to {person1} ? | person1 = Who bought {thing1} ?
buy.ask.train: price1 = What was the price of {thing1} ?
buy.ask.held: corporation1 = Which company did {person1} buy from ? | price1 = How much did {thing1} cost ?
job.shared: {person1} works as {job1} for {corporation1} in {location1} .
 | {corporation1} hired {person1} as {job1} in {location1} .
job.train: In {location1} , {person1} is {job1} at {corporation1} .
job.held: The {location1} office of {corporation1} has made {person1} {job1} .
job.ask.shared: corporation1 = Who does {person1} work for ? | job1 = What does {person1} work as ?
 | location1 = Where does {person1} work ?
job.ask.train: person1 = Who works for {corporation1} ?
job.ask.held: job1 = What is the job of {person1} ? | corporation1 = Which company employs {person1} ?
trip.shared: {person1} went from {location1} to {location2} by {vehicle1} .
 | By {vehicle1} , {person1} travelled from {location1} to {location2} .
trip.train: {person1} left {location1} and reached {location2} by {vehicle1} .
trip.held: To get to {location2} from {location1} , {person1} went by {vehicle1} .
trip.ask.shared: location2 = Where did {person1} go ? | location1 = Where did {person1} come from ?
 | vehicle1 = How did {person1} travel ?
trip.ask.train: location2 = What place did {person1} travel to ?
trip.ask.held: location1 = Which place did {person1} leave ? | vehicle1 = What did {person1} travel in ?
find.shared: {person1} found {thing1} under {place1} in {location1} .
 | Under {place1} in {location1} , {person1} found {thing1} .
find.train: {thing1} lay under {place1} in {location1} until {person1} saw it .
find.held: It was {person1} who came across {thing1} under {place1} in {location1} .
find.ask.shared: thing1 = What did {person1} find ? | person1 = Who found {thing1} ?
 | place1 = Under what did {person1} find {thing1} ?
find.ask.train: location1 = In which town was {thing1} ?
find.ask.held: person1 = Who came across {thing1} ? | place1 = What was {thing1} under ?
build.shared: {corporation1} built {building1} in {location1} in {year1} .
 | {building1} in {location1} was built by {corporation1} in {year1} .
build.train: In {year1} , {corporation1} finished {building1} in {location1} .
build.held: Since {year1} {location1} has had {building1} , the work of {corporation1} .
build.ask.shared: corporation1 = Who built {building1} ? | year1 = When was {building1} built ?
 | location1 = Where is {building1} ?
build.ask.train: building1 = What did {corporation1} build ?
build.ask.held: year1 = In what year did {corporation1} build {building1} ? | corporation1 = Which company made {building1} ?
lose.shared: {person1} lost {thing1} on the way to {location1} {time1} .
 | On the way to {location1} , {person1} lost {thing1} {time1} .
lose.train: {time1} , {thing1} fell out of the bag of {person1} near {location1} .
lose.held: Near {location1} {person1} noticed {time1} that {thing1} was gone .
lose.ask.shared: thing1 = What did {person1} lose ? | person1 = Who lost {thing1} ? | time1 = When did {person1} lose {thing1} ?
lose.ask.train: location1 = Near which place did {person1} lose {thing1} ?
lose.ask.held: thing1 = What is {person1} missing ? | person1 = Whose was {thing1} ?
game.shared: {group1} beat {group2} by {count1} points in {location1} .
 | In {location1} , {group1} won against {group2} by {count1} points .
game.train: {group2} lost to {group1} in {location1} by {count1} points .
game.held: With {count1} points more than {group2} , {group1} took the match in {location1} .
game.ask.shared: group1 = Who beat {group2} ? | location1 = Where did {group1} play {group2} ?
 | count1 = By how many points did {group1} win ?
game.ask.train: group2 = Who did {group1} beat ?
game.ask.held: group2 = Who lost to {group1} ? | group1 = Which team won against {group2} ?
visit.shared: {person1} stayed in {location1} for {count1} days to see {building1} .
 | To see {building1} , {person1} stayed in {location1} for {count1} days .
visit.train: For {count1} days {person1} was in {location1} because of {building1} .
visit.held: {building1} brought {person1} to {location1} for {count1} days .
visit.ask.shared: count1 = How many days did {person1} stay in {location1} ? | building1 = What did {person1} want to see ?
 | location1 = Where did {person1} stay ?
visit.ask.train: person1 = Who stayed in {location1} ?
visit.ask.held: count1 = How long was {person1} in {location1} ? | building1 = Why did {person1} come to {location1} ?
write.shared: {person1} wrote {creative-work1} about {person2} in {year1} .
 | In {year1} , {person1} wrote {creative-work1} about {person2} .
write.train: {creative-work1} is the book that {person1} wrote about {person2} in {year1} .
write.held: {year1} was the year of {creative-work1} , in which {person1} tells the life of {person2} .
write.ask.shared: creative-work1 = What did {person1} write ? | person1 = Who wrote {creative-work1} ?
 | year1 = When did {person1} write {creative-work1} ?
write.ask.train: person2 = Who is {creative-work1} about ?
write.ask.held: person1 = Who is the author of {creative-work1} ? | year1 = In which year did {creative-work1} come out ?
time: on Monday | on Tuesday | on Wednesday | on Thursday | on Friday | on Saturday | on Sunday | last night
 | this morning | in March | in April | in June | in July | in October | last winter | two weeks ago | at noon
price: ten pounds | twelve pounds | 20 dollars | 45 dollars | 60 euros | 75 euros | 130 pounds | 250 dollars | 90 pounds
 | six euros | 15 pounds | 400 euros
count: two | three | four | five | six | seven | nine | ten | 11 | 12 | 14 | 20 | 30
year: 1951 | 1957 | 1962 | 1968 | 1974 | 1979 | 1983 | 1988 | 1990 | 1996 | 2001 | 2005 | 2009 | 2014 | 2018
job: a baker | a driver | a pilot | a nurse | a cook | a guard | a painter | an engineer | a clerk | a gardener | a lawyer
vehicle: train | bus | boat | car | bike | plane | ship | taxi | tram | balloon
place: the old bridge | a stone | the stairs | a bench | the church | a bed | the table | a tree | the roof | the sand
building: the <kind> <part>
kind: <shade> | <shade> | <shade> | town | harbour | winter | people's
part: theatre | tower | bridge | library | school | museum | market hall | hospital | station | stadium | lighthouse
thing: a <shade> <object> | a <shade> <object> | an old <object>
shade: red | blue | green | white | black | yellow | silver | golden | wooden | broken | tiny | heavy | purple | grey
object: ring | watch | camera | guitar | letter | hat | clock | vase | map | lamp | coat | violin | box | key | mirror | sword
)";

}  // namespace lorascope::data
