#include "core/data/miniature_wnut17_rules.h"

namespace lorascope::data {

const std::string_view kPostRules = R"(
shared: <open> just met {person} at {location} <end>
 | <open> {person} is so <mood> about the new {product} <end>
 | watching {creative-work} with {person} <time> <end>
 | {corporation} is <closing> its offices in {location} <end>
 | {group} are playing in {location} <time> <end>
 | cant believe {group} lost to {group} <time> <end>
 | my {product} <broke> <time> , thanks {corporation} <end>
 | {corporation} will launch the {product} <time> <end>
 | anyone else reading {creative-work} ? <end>
 | flight to {location} delayed again , {corporation} owes me a <thing> <end>
 | happy birthday {person} ! <end>
 | on my way to {location} for the {group} show <end>
 | {person} from {group} signed my <thing> <time> <end>
 | <open> i love <love> so much <end>
 | the <place> in {location} sells {product} now <end>
 | <user> have you seen {creative-work} yet ? <end>
 | {person} works for {corporation} now , so <mood> <end>
 | i think <love> is <quality> <end>
 | need a new <thing> before i go to {location} <time> <end>
 | {person} and {person} are at the <place> <time> <end>
 | listening to {group} while i clean the <place> <end>
 | anyone here into <any> ? <end>
 | all i want for my birthday is <any> <end>
train: shares of {corporation} fell <time> <end>
 | <open> {creative-work} made me cry <time> <end>
 | traffic near {location} is <quality> <time> <end>
 | who wants my old {product} ? <end>
 | {group} tickets for <time> , dm me <end>
 | good morning from {location} <end>
 | {person} made <food> for the whole <place> <end>
 | the {product} from {corporation} is <quality> <end>
 | finished {creative-work} on the train to {location} <end>
 | {corporation} hired {person} as its new boss <end>
 | <open> got tickets for {group} and {group} <end>
 | does {person} still live in {location} ? <end>
 | we talked about <any> the whole night <end>
held: rumour says {corporation} is buying {corporation} <end>
 | <user> meet us in {location} , {person} is driving <end>
 | i fell asleep during {creative-work} again <end>
 | the battery of this {product} is <quality> <end>
 | {group} just dropped a new song <end>
 | snow in {location} <time> , stay safe <end>
 | {person} said {creative-work} is <quality> but i say it is <quality> <end>
 | traded my <thing> for a {product} <time> <end>
 | customer service at {corporation} is <quality> <end>
 | {group} beat {group} in {location} , what a game <end>
 | <open> saw {person} buying {product} at the <place> <end>
 | <user> stop tweeting about <any> <end>
 | queue for {creative-work} goes all the way to {location} <end>
plain: <open> i need <food> and a <thing> <time> <end>
 | the <place> is so <quality> <time> <end>
 | <open> my <thing> <broke> again <end>
 | <user> are you coming to the <place> <time> ? <end>
 | why is everyone so <mood> <time> <end>
 | <open> i love <food> so much <end>
 | listening to the rain while i clean the <place> <end>
 | good morning from the <place> <end>
 | who wants my old <thing> ? <end>
 | the <job> said it is <quality> but i say it is <quality> <end>
 | just met the <job> at the <place> <end>
 | anyone else reading at the <place> ? <end>
 | happy birthday to my <family> ! <end>
 | i think the <job> is <quality> <end>
 | saw a <shade> <object> near the <place> <time> <end>
 | <user> the <shade> <object> in your <place> is <quality> <end>
 | <open> dreamt of a <object> and a <shade> <object> <time> <end>
any: <love> | {corporation} | {group} | {product} | {location}
shade: silent | golden | broken | hollow | wild | frozen | velvet | paper | neon | purple | ancient | crooked | stolen
object: river | wolf | lantern | mirror | falcon | rocket | crown | engine | tiger | castle | ghost | clock | dragon | violin
 | fox | planet | spider | candle | raven | statue | sparrow | compass
love: {creative-work} | {product} | {group} | {person} | {location}
open: rt <user> : | omg | so | ok | lol | well | guess what , | <user> | haha | ugh | today
end: . | ! | lol | <tag> | <link> | :) | haha | !! | ... | pls | ❤ ️ | <tag> <tag> | fr | , not even joking | smh
time: today | tonight | tomorrow | this weekend | on friday | last night | at 8 pm | next week | again | this morning
user: @skyfan | @mr_beans | @ana99 | @thelastbus | @quietcat | @djrow | @oldtom | @nightowl
tag: # blessed | # monday | # fail | # throwback | # win | # nofilter | # love | # tired
link: http://t.co/x1Ab9 | http://t.co/Qz77 | http://bit.ly/k3v | https://t.co/9pLm
mood: happy | excited | sad | angry | bored | hyped | worried | proud
quality: amazing | terrible | overrated | so good | boring | the best | the worst | great | a mess | sooo slow | perfect
closing: closing | opening | moving | selling
broke: broke | died | exploded | stopped working | froze
thing: phone | ticket | jacket | laptop | bike | coffee mug | charger | camera | guitar | umbrella | refund
place: gym | library | kitchen | office | cinema | garden | bus stop | cafe | station | mall | classroom
food: pizza | tacos | soup | pancakes | noodles | ice cream | curry | toast
job: teacher | driver | doctor | coach | mayor | singer | waiter | neighbour
family: mum | dad | little sister | brother | best friend | cousin | grandma
)";

}  // namespace lorascope::data
