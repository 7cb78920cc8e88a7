package pds

import "strings"

// reservedWords are names that nobody can have on this server: what could be
// taken for the people who run it, for a machine of theirs, for everybody, or
// for a company. The list is ours; a real server's has about a thousand words.
var reservedWords = wordSet(
	// administrative
	`abuse account accounts admin administration administrator admins appeal appeals audit auth
	authenticate authentication authorize ban bans billing board ceo cfo ciso compliance
	copyright council cto dmca founder founders gdpr governance guidelines hostmaster incident
	inquiry invite invites invoice invoices legal legalnotice login logout mod moderation
	moderator moderators mods notice oauth office official ombudsman operations operator
	operators owner owners password passwords payment payments police policies policy postmaster
	press privacy register registration root safety secure security signin signout signup sso
	staff subpoena superuser supervisor support sysadmin system takedown team terms tos trust
	trustandsafety verification verified verify warrant webmaster`,
	// network and service names
	`analytics api apis app apps archive assets autoconfig autodiscover backup beta blog
	broadcasthost bucket cache calendar cdn chat client clients cloud cluster config console
	control daemon dashboard data database debug demo deploy desktop dev developer developers
	dist dns docs download downloads edge email endpoint events export feed feeds files firehose
	forum forums ftp gateway git graph graphql grpc health healthcheck host hosting http https
	images imap import index infra ipv4 ipv6 isatap jobs json localdomain localhost logs mail
	mailer mailserver media metrics mirror mobile monitor mysql nameserver network news
	newsletter nntp node noreply notification notifications origin pop pop3 portal preview prod
	production proxy public queue record records redirect registry relay repo repos resolver
	robots rpc rss sandbox search server servers service services shop sip sitemap smtp socket
	sql ssh ssl stage staging static stats status storage store stream sync telnet test tester
	testing tests tls tracker upload uploads video vpn webhook webhooks webmail website
	websocket wiki wpad www xml xrpc`,
	// common roles and generic words
	`about accountant advertise advertising affiliate affiliates agent alert alerts anonymous
	anybody anyone article articles ask assistant author bot bots business buy career careers
	category checkout comment comments community company connect contact contacts contest
	contributor create customer customers customerservice default delete directory discover
	discovery donate donations edit editor enterprise error errors everybody everyone example
	examples explore false faq faqs favorite features feedback find follow followers following
	free friend friends general get group groups guest guests guide hello help helpdesk hidden
	history home homepage hosts inbox info information intern jobsboard join journalist learn
	like likes link links list lists live local locked manager manual map maps marketing
	marketplace master member members membership message messages messenger mine myself name
	nobody none null offer offers online order orders organization other others page pages
	partner partners people person photo photos plan plans podcast popular post posts premium
	price pricing product products profile profiles program promo promotion question questions
	random readme recent recruiter recruiting remove report reports request requests research
	resource resources review reviews sale sales sample save schedule script select sell session
	sessions settings setup share site sites social somebody someone something sponsor sponsors
	start stories story student subscribe subscription survey tag tags talk teacher temp
	template temporary thread threads tips token tokens tool tools top topic topics tour
	trending trends true tutorial undefined unknown unsubscribe update updates upgrade user
	username users version view visitor volunteer wallet web welcome work workshop`,
	// brands
	`adobe airbnb alibaba alphabet amazon android apple atproto atprotocol authenticated bbc bing
	bluesky blueskyweb bsky bskyteam chatgpt chrome claude cnn coinbase discord disney ebay
	facebook fediverse firefox gemini github gitlab gmail google hotmail huawei icloud ikea
	instagram intel kakao lego lexicon lexicons linkedin mastodon meta microsoft mozilla netflix
	nike nintendo nostr openai oracle outlook paypal pds pinterest playstation plc plcdirectory
	quora reddit reuters roblox safari samsung shopify signal skype slack snapchat sony spotify
	square steam stripe substack telegram tesla threadsapp tiktok toyota tumblr twitch twitter
	uber unicef vimeo visa vkontakte wechat whatsapp wikipedia windows wordpress xbox yahoo
	youtube zoom`,
)

func wordSet(lists ...string) map[string]bool {
	set := map[string]bool{}
	for _, list := range lists {
		for word := range strings.FieldsSeq(list) {
			set[word] = true
		}
	}
	return set
}

// isReserved reports whether a lower-case name, without its domain, is one of
// them.
func isReserved(name string) bool { return reservedWords[name] }
