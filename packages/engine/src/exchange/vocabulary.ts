/**
 * Words that interfaces are made of. A name of these alone names a thing, an action or a property, and nobody. Not in it on purpose: first and last
 * names that are also words (bill, mark, grace, rose), places, brands, and words that people build account names from.
 */
export const vocabulary: ReadonlySet<string> = new Set(
  // Protocols, formats, machinery.
  (
    "api apis app apps http https rest rpc graphql grpc soap json xml html css csv pdf yaml url uri uris href link path route router host hostname port proxy gateway server client web website www site mobile android " +
    "ios windows linux mac desktop browser tablet device hardware software firmware os cpu ram disk memory network net socket ws wss sse stream event hook webhook callback endpoint service microservice internal external " +
    "v id ids uid uuid guid pid ref refs key keys value name names title label labels type types kind class classes category categories tag tags group groups set sets list lists item items entry entries record " +
    "row rows column columns table tables field fields attribute property properties prop param parameter params arg args argument option options config configuration setting preference feature flag flags toggle " +
    "experiment variant version versions release build branch commit repo repository repositories project workspace namespace cluster node nodes pod region zone area environment env stage staging production prod dev " +
    "development sandbox debug trace log logs logger audit metric metrics monitor monitoring health healthz healthcheck ready readyz readiness live livez liveness alive ping pong status stat stats state states info about " +
    "version whoami me self current default base root index home main start landing dashboard console admin administrator administration manage management manager panel portal backend frontend backoffice office ui ux view views " +
    "page pages screen window modal dialog form forms input output template templates theme layout style asset assets static media image images img photo photos picture video videos audio file files folder directory " +
    "document documents doc docs attachment upload download import export share shared blob object objects bucket storage store cache session sessions cookie cookies header headers body payload content contents data " +
    "dataset database db sql query queries search lookup find filter filters sort order orders ordering limit offset cursor token tokens next prev previous before after since until from to range size count counts counter " +
    "counters total totals sum number numbers num amount amounts quantity qty length width height weight depth radius distance level levels rank score scores rating ratings index position " +
    // Identity and access.
    "auth authn authz authenticate authentication authenticator authorize authorization authorized oauth oidc openid sso saml ldap login logins logout signin signout signup sign in out up register registration registrations " +
    "enroll enrollment activate activation deactivate verify verification verified verifications validate validation valid invalid confirm confirmation confirmed code codes otp totp hotp mfa sms voice call push phone phones " +
    "telephone cell msisdn contact contacts email emails mail mails mailbox address addresses user users username usernames account accounts profile profiles customer customers client clients member members people person persons subscriber subscribers " +
    "subscription subscriptions tenant tenants organization organizations organisation org orgs company companies team teams role roles permission permissions privilege scope scopes grant grants policy policies consent consents password passwords " +
    "passwd pwd passphrase passcode pin pins secret secrets credential credentials apikey bearer jwt jwks jwk refresh access identity identities identifier identifiers challenge challenges captcha recovery recover reset forgot forget change " +
    "update updates updated create created creation delete deleted deletion remove removed add added insert edit edited modify modified patch put post posts get fetch read write save saved cancel canceled cancelled cancellation " +
    "approve approval approved reject rejected rejection accept accepted decline declined deny denied block blocked unblock ban banned lock locked unlock suspend suspended enable enabled disable disabled active inactive pending " +
    "open opened close closed complete completed completion done finish finished fail failed failure error errors exception warning warnings success successful ok result results response responses request requests message messages " +
    "reason reasons detail details description summary note notes comment comments reply replies feedback review reviews question questions answer answers survey poll vote votes like likes favorite favorites favourite bookmark " +
    "follow follower followers following friend friends invite invites invitation invitations notification notifications notify alert alerts alarm reminder message inbox outbox chat chats conversation conversations thread threads topic topics channel channels room rooms " +
    "exist exists existing existence found missing known unknown unregistered registered available availability taken free unique duplicate required optional has is can could should must may might be was were are been have had do does did allow allowed " +
    "force forced require ott sent send sender receive received receiver recipient deliver delivered delivery expire expired expires expiration expiry ttl timeout retry retries attempt attempts remaining left used unused use usage " +
    // Time and place.
    "at on by of for with without as or and not no yes true false null none any all each every other new old latest recent upcoming past history historic archive archived time times timestamp timestamps date dates datetime day days daily " +
    "week weekly month monthly year yearly hour hours hourly minute minutes second seconds ms duration period periods interval schedule schedules calendar appointment appointments slot slots timezone tz utc locale locales language " +
    "languages lang translation translations translate i18n country countries city cities street zip postal postcode state province district location locations place places geo lat latitude lng lon longitude coordinates map maps local " +
    "global world currency currencies " +
    // Business.
    "product products catalog catalogue brand brands model models price prices pricing cost costs discount discounts coupon coupons promo promotion promotions voucher offer offers deal deals cart carts basket baskets checkout checkouts wishlist " +
    "payment payments pay paid payer payee payout payouts refund refunds invoice invoices billing receipt receipts transaction transactions transfer transfers deposit deposits withdraw withdrawal withdrawals balance balances wallet wallets bank banks card cards " +
    "credit credits debit iban bic swift tax taxes vat fee fees charge charges loan loans fund funds account budget budgets expense expenses salary payroll ledger accounting finance financial statement statements quote quotes contract contracts " +
    "shipment shipments shipping ship carrier carriers track tracking tracker parcel package packages warehouse stock stocks inventory supply supplier suppliers vendor vendors seller sellers buyer buyers merchant merchants purchase purchases sale sales " +
    "lead leads campaign campaigns newsletter subscribe unsubscribe marketing analytics analytic report reports reporting chart charts graph insight insights trend trends trending ticket tickets issue issues task tasks todo todos job jobs queue " +
    "queues worker workers batch bulk process processes processing workflow pipeline step steps action actions activity activities operation operations event events trigger triggers rule rules condition conditions plan plans tier tiers quota quotas rate rates " +
    "course courses lesson lessons student students teacher teachers school class exam exams grade grades patient patients doctor doctors hospital clinic medical medicine prescription insurance claim claims claimant employee employees staff department " +
    "departments hr vehicle vehicles car cars driver drivers trip trips ride rides booking bookings book books reservation reservations hotel flight flights passenger seat seats restaurant menu menus food recipe recipes meal drink game games " +
    "player players match matches season league score leaderboard achievement badge badges reward rewards point points bonus loyalty gift gifts event venue article articles blog blogs news feed feeds story stories author authors publisher category " +
    "series episode movie movies music song songs album albums artist artists playlist playlists track author library libraries collection collections memory memories sensor sensors reading readings command commands control controls robot machine machines " +
    // Trades and machines.
    "regulatory compliance statistic statistics cumulative realtime eligibility portability porting bundles evaluation evaluate evaluations assignment assignments fleet fleets sim sims esim composition " +
    "compositions domain domains indicator indicators typing keyword keywords assessment assessments quality toll tollfree inquiry inquiries initialise initiate promote demote copy copies dependent " +
    "hosted wireless convert converter mechanic garage repair workshop technician flow flows workspaces operator operators prebuilt binding bindings installed catalogs legacy shortening shorten shortener " +
    "redirects handoff transcribe synthesize speech recognition vision sentiment entity entities relation relations ontology glossary synonym suggestion suggest suggestions autocomplete spelling grammar " +
    "correction rewrite summarize classify classification clusters similarity neighbor neighbors vector vectors ranking rerank heartbeat beacon telemetry diagnostic diagnostics probe probes uptime " +
    "downtime outage outages maintenance announcement announcements banner banners changelog roadmap features rollout rollouts deploys pipelines stages approvals escalation escalations oncall rotation " +
    "rotations shift shifts roster holiday holidays leaves absence absences attendance timesheet timesheets overtime payslip payslips payrolls benefit benefits reimbursement reimbursements requisition " +
    "requisitions procurement bidding tender tenders lot lots consignment consignments pallet pallets container containers freight dispatch dispatches dispatcher courier couriers routes stops depot " +
    "depots dock docks bins aisle pick picking pack packing picklist replenish replenishment adjustment adjustments allocation allocations backorder backorders fulfillment fulfillments fulfilment " +
    "return returns refurbish warranty warranties serial serials sku skus barcode barcodes upc ean gtin variants swatch swatches sizes colour color colors material materials dimension dimensions unit " +
    "units measure measures ingredient ingredients nutrition allergen allergens dish dishes waiter kitchen tip tips gratuity punchcard stamp stamps perk perks redemption redemptions redeem mortgage " +
    "lending lender borrower applicant applicants underwriting underwriter origination servicing repayment repayments installment installments amortization collateral guarantor escrow disbursement " +
    "disbursements settlement settlements clearing chargeback chargebacks dispute disputes mandate mandates direct standing beneficiary beneficiaries remittance remittances fx forex spread swap swaps " +
    "positions portfolio portfolios holding holdings watchlist watchlists ticker tickers candle candles orderbook trade trades trading trader traders instrument instruments securities bond bonds equity " +
    "equities derivative derivatives future futures margin leverage liquidity pool pools staking stake stakes validator validators chain chains mint burn airdrop nft nfts kyc kyb aml sanction sanctions " +
    "screening screenings selfie selfies questionnaire questionnaires submissions encounter encounters diagnosis diagnoses procedure procedures medication medications dosage dosages immunization immunizations " +
    "vaccine vaccines allergy allergies vital vitals observation observations lab labs specimen specimens imaging triage admission admissions discharge ward wards bed beds practitioner practitioners " +
    "payers coverage coverages deductible copay formulary pharmacy pharmacies refill refills care caregiver faculty syllabus syllabi curriculum curricula quizzes grading rubric rubrics enrolment enrolments " +
    "enrollments semester semesters term terms tuition scholarship scholarships alumni campus classroom classrooms homework landlord lease leases rental rentals rent building buildings floor floors " +
    "amenity amenities viewing viewings inspection inspections valuation valuations broker brokers agents itinerary itineraries fare fares seatmap seatmaps boarding baggage luggage lounge gate gates " +
    "terminal terminals airport airports airline airlines aircraft cabin cruise ferry rail train trains station stations platform platforms bus buses taxi charger chargers charging outlet outlets " +
    "meter meters tariff tariffs consumption energy power solar inverter inverters turbine thermostat thermostats scene scenes automation automations ota provisioning provision provisioned deprovision " +
    "ballot ballots election elections candidate candidates petition petitions permit permits citation citations court case cases docket dockets filing filings hearing hearings judgment plaintiff " +
    "statute regulation regulations mailing drip sequence sequences touchpoint attribution utm creative creatives placement placements adgroup adgroups lookalike pixel pixels chapter chapters verse " +
    "volume volumes edition editions bookmarks highlight highlights toc reference references bibliography footnote lobby lobbies matchmaking ladder quest quests loadout loadouts skin skins crate crates " +
    "guild guilds clan clans tournament tournaments bracket brackets crawl crawler crawlers sitemaps syndication embed embeds embedded oembed backups restores replicas shard shards partition partitions " +
    "mount mounts disks instance instances servers nodepool balancer balancers listener listeners subnet subnets vpc vpcs vpn peering ingress egress registry registries configmap configmaps daemon " +
    "daemons crons cronjob cronjobs lambdas layer layers alias aliases consumer consumers producer producers offsets deadletter replay replays seed seeds fixture fixtures cursors aggregate aggregates " +
    "aggregation aggregations buckets facet facets pivot expand include exclude hydrate populate revalidate invalidate warmup synchronization reconcile reconciliation resync upsert attach detach unlink " +
    "associate disassociate bind unbind unmount reboot poweron poweroff wake sleep abort terminate kill revoke reinstate reactivate unarchive unpin mute unmute hide unhide show unstar unfollow unlike " +
    "upvote downvote acknowledge snooze dismiss resolve reopen checkin uninvite " +
    // Source code, work and media.
    "emoji emojis markdown git gist gists fork forks star starred stars watch watcher watchers milestone milestones assignee assignees collaborator collaborators contributor contributors commit commits committer compare merge merged merges rebase tree trees " +
    "artifact artifacts workflow workflows runner runners deployment deployments deploy rerun rename renamed restore protection protections restriction restrictions participation traffic clone clones referrer visibility interaction timeline codespace codespaces " +
    "sprint sprints epic epics board boards column label backlog assign unassign owner owners reviewer reviewers approver mention mentions reaction reactions emoji attachment draft drafts publish published publication unpublish preview thumbnail thumbnails " +
    "caption captions subtitle subtitles transcript transcripts transcription recording recordings stream streams broadcast live viewer viewers conference participant participants meeting meetings invitee host webinar call calls inbound outbound queue voicemail " +
    "trunk trunks sip fax verb dial intent intents utterance model models assistant assistants prompt prompts completion completions embedding embeddings dataset datasets training inference fine tune tuning moderation moderations usage annotation annotations " +
    "tool tools tooling resend check checks checker checkup safelist vetting simulate simulation simulator calculate calculator estimate estimates preview " +
    "enterprise enterprises marketplace listing listings gpg ssh scim stub stubbed conduct guideline guidelines hover hovercard popular zipball tarball archive " +
    "repeat mapping country continue widget widgets plugin plugins extension extensions addon addons integration integrations connector connectors installation installations install uninstall license licenses seat entitlement entitlements " +
    "opt optin optout suppression bounce bounces unsubscribes segment segments audience audiences cohort funnel goal goals experiment variation conversion conversions click clicks impression impressions visit visits visitor visitors " +
    // Words in longer names.
    "a an the it its this that these those here there where when who what which why how per via vs amp re un non pre sub multi auto self meta extra custom raw plain full partial short long small medium large big high low top bottom right center " +
    "primary secondary main backup master slave replica parent parents child children sibling family given first last middle sur nick display real legal birth birthday dob age gender sex marital avatar bio nationality citizen passport license licence " +
    "national security social ssn number digit digits mask masked format formatted normalized hash hashed hash checksum signature sig signed signing salt nonce cipher encrypt encrypted encryption decrypt certificate cert certificates ssl tls ca csr crl dns ip " +
    "ipv ipv4 ipv6 mac agent referer referrer origin origins cors csp csrf xsrf forwarded for proto protocol scheme method methods mime charset encoding accept connection keep alive cache control via upgrade insecure transfer trailer etag modified none " +
    "match correlation request id trace span parent sampled b3 x real country code dial dialing extension area prefix suffix national international e164 carrier lookup line available reachable valid ported roaming " +
    "assertion attestation attest proof prove claim claims issuer issued issue audience subject nbf iat exp jti sub iss aud acr amr azp kid alg typ enc crv kty fido webauthn passkey passkeys biometric fingerprint face key pair public private shared " +
    "fraud risk abuse spam report suspicious incident incidents finding findings signal signals vulnerability scan scanner scans threat threats attack attacks defense firewall waf blocklist allowlist denylist whitelist blacklist disclosure disclosures exchange exchanges decision decisions " +
    "actor actors oracle evidence severity priority urgent critical normal verdict meaning confidence sample samples window windows " +
    "get put head options patch trace connect propfind " +
    "en de fr es it pt ja zh ko ru us uk eu fi nl pl tr ar he hi da nb nn sv cs hu ro bg el uk vi th " +
    "js ts md png jpg jpeg gif svg ico webp woff ttf txt zip gz tar wasm vendor vendors polyfill polyfills runtime bundle chunk favicon robots sitemap manifest worker manifest font fonts icon icons script scripts well known socket io sock swagger openapi schema schemas spec specs redoc " +
    "actuator prometheus grafana jolokia heap dump thread threads env bean beans mapping mappings scheduled tasks loggers logfile configprops caches flyway liquibase quartz shutdown hystrix " +
    "wp admin content includes login cron config cgi bin php fpm ajax xmlrpc phpmyadmin git env ds store aws azure gcp lambda function functions invoke invocation execute run runs exec eval test tests testing try example examples demo sample hello greet welcome world echo " +
    "cc bcc to subject reply attachment html text plain rich title heading paragraph section sections block blocks card cards list grid row column cell cells header footer sidebar nav navigation menu toolbar button buttons link links anchor tab tabs accordion carousel slide slides slider " +
    "widget widgets component components element elements module modules plugin plugins addon addons integration integrations connector connectors adapter provider providers partner partners affiliate affiliates referral referrals source sources destination destinations target targets input output " +
    "sync synchronize async poll polling wait pause resume stop restart reload reconnect disconnect connect join leave enter exit begin end init initialize setup install uninstall upgrade downgrade migrate migration migrations rollback restore recovery snapshot snapshots deploy deployment deployments " +
    "challenge hint hints puzzle quiz score solve solved solution solutions recycle recycles complaint complaints security delivery deliveries address deluxe membership memberships erasure request two factor data captcha captchas image language languages order history basket quantity quantitys user product feedback whistle " +
    "application applications nested shelf shelves rare motto redirect parse render preview print submit submission reload purge flush warm ack nack bid bids auction auctions listing listings track result coupon wallet balance continue code snippet snippets fix fixes chatbot respond bot bots video subtitles promotion tutorial ftp quarantine encryption keys support logs redirect profile assets public saveloginip " +
    // By what institutions know people, and what they say of them.
    "eligible eligibility ineligible enrolled covered policyholder holder insured insurer cardholder taxpayer voter donor pupil personnel dob mismatch match " +
    "ssn kvnr nino cpf bsn pesel dni mrn matriculation kundennummer kundennr mitgliedsnummer mitgliedsnr versichertennummer versicherungsnummer patientennummer personalnummer matrikelnummer vertragsnummer"
  ).split(" "),
);
