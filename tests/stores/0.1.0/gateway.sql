PRAGMA application_id=1128428408;
PRAGMA user_version=2;
BEGIN TRANSACTION;
CREATE TABLE cards (token TEXT PRIMARY KEY, charges INTEGER NOT NULL, forgotten INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO "cards" VALUES('tok_approve',1,0);
INSERT INTO "cards" VALUES('tok_approve-2',1,0);
INSERT INTO "cards" VALUES('tok_approve-3',2,0);
INSERT INTO "cards" VALUES('tok_approve-4',1,0);
INSERT INTO "cards" VALUES('tok_approve-5',1,0);
INSERT INTO "cards" VALUES('tok_approve-6',1,0);
INSERT INTO "cards" VALUES('tok_approve-7',1,0);
INSERT INTO "cards" VALUES('tok_approve-8',6,0);
INSERT INTO "cards" VALUES('tok_approve-9',2,0);
INSERT INTO "cards" VALUES('tok_decline_expired',2,0);
INSERT INTO "cards" VALUES('tok_decline_insufficient',4,0);
INSERT INTO "cards" VALUES('tok_decline_limit',2,0);
INSERT INTO "cards" VALUES('tok_late:864000000',1,0);
INSERT INTO "cards" VALUES('tok_refund_declined',1,0);
INSERT INTO "cards" VALUES('tok_script:approve,decline_insufficient,decline_insufficient,decline_insufficient,decline_insufficient,decline_insufficient',3,0);
INSERT INTO "cards" VALUES('tok_script:approve,decline_limit',2,0);
INSERT INTO "cards" VALUES('tok_unknown_then_never',1,0);
CREATE TABLE holder (id INTEGER PRIMARY KEY CHECK (id = 1), mark TEXT NOT NULL);
INSERT INTO "holder" VALUES(1,'2b63f88a3e22437a8cec7d73e0c7b68a');
CREATE TABLE intentions (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        key TEXT NOT NULL,
        charge_key TEXT,          -- of a refund
        auth_id TEXT NOT NULL,
        amount INTEGER NOT NULL,  -- micros
        currency TEXT NOT NULL,
        method TEXT NOT NULL,
        state TEXT NOT NULL,
        remaining INTEGER NOT NULL,    -- tries or finds before the state changes
        settles_at INTEGER,       -- when the state changes by itself
        code TEXT NOT NULL,       -- of a decline
        paid_at INTEGER,
        received_at INTEGER NOT NULL,
        metadata TEXT NOT NULL DEFAULT '[]'
    );
INSERT INTO "intentions" VALUES(1,'cb-qvbmscu0smq6ops6-MAV0J3W0GF1HZV8GNSBM-charge-1',NULL,'MAV0J3W0GF1HZV8GNSBM',200000000,'USD','tok_approve','paid',0,NULL,'',1772409600000,1772409600000,'[["v","1"],["purpose","manual"],["function","credits.recharge"],["key","d1a4cb5de7666d94bc950b3bb7455d17c9af8ed875450d359cf75ad4a7369be6"],["request","697b720c641ed051d15527ced07720cdd4b206c4a041cd1a6c65d7ab0dd69e6c"]]');
INSERT INTO "intentions" VALUES(2,'cb-qvbmscu0smq6ops6-MAV0J3W0GF1HZV8GNSBM-charge-2',NULL,'MAV0J3W0GF1HZV8GNSBM',50000000,'USD','tok_script:approve,decline_limit','paid',0,NULL,'',1772409600000,1772409600000,'[["v","1"],["purpose","manual"],["function","credits.recharge"],["key","0a67fefd17836f3a294cde3972f0870d89e04d97b07281ff9cdc793084a6d372"],["request","add3b04a032e635381d368394322e9a06ca698531675e32f71184736fdee7814"]]');
INSERT INTO "intentions" VALUES(3,'cb-qvbmscu0smq6ops6-MAV0J3W0GF1HZV8GNSBM-charge-3',NULL,'MAV0J3W0GF1HZV8GNSBM',60000000,'USD','tok_script:approve,decline_limit','declined',0,NULL,'card_limit_exceeded',NULL,1772409600000,'[["v","1"],["purpose","manual"],["function","credits.recharge"],["key","8030f2e42698d7f0da84079fe0ef409a53e3e8125f6b8d080ef273e6c418f477"],["request","f63d3269823c7e235f090f8fe9f64c9550f4bd034029429ff72c6c74236563ef"]]');
INSERT INTO "intentions" VALUES(4,'cb-qvbmscu0smq6ops6-MANV2MXS4IO6TT43E2LZ-charge-1',NULL,'MANV2MXS4IO6TT43E2LZ',30000000,'USD','tok_approve-2','paid',0,NULL,'',1772409600000,1772409600000,'[["v","1"],["purpose","manual"],["function","credits.recharge"],["key","477f2c38a70107dc3870d290df044c118ebad5a49f9e8bb1c085fac1dffd2ab4"],["request","568959b8fb2d9cebd1924f6fa245b8aaef53ba05bfd493c0a4ce30e5e42a71ca"]]');
INSERT INTO "intentions" VALUES(5,'cb-qvbmscu0smq6ops6-MABQXIREHMQUJICVFOQH-charge-1',NULL,'MABQXIREHMQUJICVFOQH',50000000,'USD','tok_approve-4','paid',0,NULL,'',1772409600000,1772409600000,'[["v","1"],["purpose","manual"],["function","credits.recharge"],["key","889c559d4318d58ef43c8fe3d05854adec608ab20f8645b6a6010917729dac43"],["request","59e8b95ce885e169cd6d97a74eb26483914a206fe887d8c65d4c632a8ac7c571"]]');
INSERT INTO "intentions" VALUES(6,'cb-qvbmscu0smq6ops6-MAGPSVGJHWSJD78LP8F2-charge-1',NULL,'MAGPSVGJHWSJD78LP8F2',40000000,'USD','tok_approve-5','paid',0,NULL,'',1772409600000,1772409600000,'[["v","1"],["purpose","manual"],["function","credits.recharge"],["key","32a6fb5c565602effd1c50449b6b04bf589b40d8998c911290207320a22a3bbc"],["request","4665b2b79a0ce3a89999b348f6f42c6b7f53110d11a578547eca0aa72e0051dc"]]');
INSERT INTO "intentions" VALUES(7,'cb-qvbmscu0smq6ops6-MAGPSVGJHWSJD78LP8F2-charge-2',NULL,'MAGPSVGJHWSJD78LP8F2',25000000,'USD','tok_refund_declined','paid',0,NULL,'',1772409600000,1772409600000,'[["v","1"],["purpose","manual"],["function","credits.recharge"],["key","6245e978dfe0cad47e7d4ef78a5e7a077a06af34405febe8593466c7bfe7b2f4"],["request","2fde35f987e6409404cb04c056f52a6249321eb56732c549e1a579f5d9779803"]]');
INSERT INTO "intentions" VALUES(8,'cb-qvbmscu0smq6ops6-MATPEZND5C81S69L4KB7-charge-1',NULL,'MATPEZND5C81S69L4KB7',60000000,'USD','tok_approve-6','paid',0,NULL,'',1772409600000,1772409600000,'[["v","1"],["purpose","manual"],["function","credits.recharge"],["key","e885fd7f665174f454bdeaee63ba8136c6e0043cce1bffd4eaf767ca6d666afe"],["request","fb241074493552158b6e38ded7e257851d4458aeda3d680047ae19a1b8a00299"]]');
INSERT INTO "intentions" VALUES(9,'cb-qvbmscu0smq6ops6-MAT4TZEZE9OVGCM4O8S8-charge-1',NULL,'MAT4TZEZE9OVGCM4O8S8',200000000,'USD','tok_approve-7','paid',0,NULL,'',1772409600000,1772409600000,'[["v","1"],["purpose","manual"],["function","credits.recharge"],["key","52feab5be49d5220c9e729cef342fb43a67e34f1163fdb65243b897bbeaccc0d"],["request","3e3db2007203c97c06bab96c7b35140403d4017f2272ec19a0f32610506b16b3"]]');
INSERT INTO "intentions" VALUES(10,'cb-qvbmscu0smq6ops6-MA1BADWSBYGESL5ZTSSD-charge-1',NULL,'MA1BADWSBYGESL5ZTSSD',25000000,'USD','tok_approve-9','paid',0,NULL,'',1772409600000,1772409600000,'[["v","1"],["purpose","manual"],["function","credits.recharge"],["key","3c0c8df57e2d013e9252d33882a7321f9c7d760f8af8de3af313d934d53370a9"],["request","3b3a14594fc59c4dbe983d4438010802d8ad23dc2b990ee8a98d33a879b409c3"]]');
INSERT INTO "intentions" VALUES(11,'cb-qvbmscu0smq6ops6-MAQPIEBS51J3OP4L4YM3-charge-1',NULL,'MAQPIEBS51J3OP4L4YM3',25000000,'USD','tok_approve-8','paid',0,NULL,'',1773131400000,1773131400000,'[["v","1"],["purpose","automatic"]]');
INSERT INTO "intentions" VALUES(12,'cb-qvbmscu0smq6ops6-MAQPIEBS51J3OP4L4YM3-charge-2',NULL,'MAQPIEBS51J3OP4L4YM3',25000000,'USD','tok_approve-8','paid',0,NULL,'',1773131400000,1773131400000,'[["v","1"],["purpose","automatic"]]');
INSERT INTO "intentions" VALUES(13,'cb-qvbmscu0smq6ops6-MAPQYD2EUBV7XP1G94DC-charge-1',NULL,'MAPQYD2EUBV7XP1G94DC',25000000,'USD','tok_decline_expired','declined',0,NULL,'expired_card',NULL,1773131400000,'[["v","1"],["purpose","automatic"]]');
INSERT INTO "intentions" VALUES(14,'cb-qvbmscu0smq6ops6-MA1SI0GEMX9662JJRQD5-charge-1',NULL,'MA1SI0GEMX9662JJRQD5',25000000,'USD','tok_decline_limit','declined',0,NULL,'card_limit_exceeded',NULL,1773131400000,'[["v","1"],["purpose","automatic"]]');
INSERT INTO "intentions" VALUES(15,'cb-qvbmscu0smq6ops6-MA1SI0GEMX9662JJRQD5-charge-2',NULL,'MA1SI0GEMX9662JJRQD5',25000000,'USD','tok_decline_limit','declined',0,NULL,'card_limit_exceeded',NULL,1773131400000,'[["v","1"],["purpose","automatic"]]');
INSERT INTO "intentions" VALUES(16,'cb-qvbmscu0smq6ops6-MABG4T1TG1BF7A6IF501-charge-1',NULL,'MABG4T1TG1BF7A6IF501',25880000,'USD','tok_script:approve,decline_insufficient,decline_insufficient,decline_insufficient,decline_insufficient,decline_insufficient','paid',0,NULL,'',1775001600000,1775001600000,'[["v","1"],["purpose","invoice"],["invoice","2026-000002"]]');
INSERT INTO "intentions" VALUES(17,'cb-qvbmscu0smq6ops6-MAMDZRJPHHTSKZO5C7Z5-charge-1',NULL,'MAMDZRJPHHTSKZO5C7Z5',17250000,'USD','tok_decline_insufficient','declined',0,NULL,'insufficient_funds',NULL,1775001600000,'[["v","1"],["purpose","invoice"],["invoice","2026-000005"]]');
INSERT INTO "intentions" VALUES(18,'cb-qvbmscu0smq6ops6-MAZRDJBXGGB0BY8MOVCT-charge-1',NULL,'MAZRDJBXGGB0BY8MOVCT',34500000,'USD','tok_approve-3','paid',0,NULL,'',1775001600000,1775001600000,'[["v","1"],["purpose","invoice"],["invoice","2026-000015"]]');
INSERT INTO "intentions" VALUES(19,'cb-qvbmscu0smq6ops6-MAMDZRJPHHTSKZO5C7Z5-charge-2',NULL,'MAMDZRJPHHTSKZO5C7Z5',17250000,'USD','tok_decline_insufficient','declined',0,NULL,'insufficient_funds',NULL,1775088000000,'[["v","1"],["purpose","invoice"],["invoice","2026-000005"]]');
INSERT INTO "intentions" VALUES(20,'cb-qvbmscu0smq6ops6-MAQPIEBS51J3OP4L4YM3-charge-3',NULL,'MAQPIEBS51J3OP4L4YM3',25000000,'USD','tok_approve-8','paid',0,NULL,'',1775120400000,1775120400000,'[["v","1"],["purpose","automatic"]]');
INSERT INTO "intentions" VALUES(21,'cb-qvbmscu0smq6ops6-MAQPIEBS51J3OP4L4YM3-charge-4',NULL,'MAQPIEBS51J3OP4L4YM3',25000000,'USD','tok_approve-8','paid',0,NULL,'',1775120400000,1775120400000,'[["v","1"],["purpose","automatic"]]');
INSERT INTO "intentions" VALUES(22,'cb-qvbmscu0smq6ops6-MAGPSVGJHWSJD78LP8F2-refund-1-1','cb-qvbmscu0smq6ops6-MAGPSVGJHWSJD78LP8F2-charge-1','MAGPSVGJHWSJD78LP8F2',39140000,'USD','','paid',0,NULL,'',1775124000000,1775124000000,'[["v","1"],["purpose","closing"]]');
INSERT INTO "intentions" VALUES(23,'cb-qvbmscu0smq6ops6-MAGPSVGJHWSJD78LP8F2-refund-2-1','cb-qvbmscu0smq6ops6-MAGPSVGJHWSJD78LP8F2-charge-2','MAGPSVGJHWSJD78LP8F2',25000000,'USD','','declined',0,NULL,'refund_declined',NULL,1775124000000,'[["v","1"],["purpose","closing"]]');
INSERT INTO "intentions" VALUES(24,'cb-qvbmscu0smq6ops6-MAMDZRJPHHTSKZO5C7Z5-charge-3',NULL,'MAMDZRJPHHTSKZO5C7Z5',17250000,'USD','tok_decline_insufficient','declined',0,NULL,'insufficient_funds',NULL,1775260800000,'[["v","1"],["purpose","invoice"],["invoice","2026-000005"]]');
INSERT INTO "intentions" VALUES(25,'cb-qvbmscu0smq6ops6-MAMDZRJPHHTSKZO5C7Z5-charge-4',NULL,'MAMDZRJPHHTSKZO5C7Z5',17250000,'USD','tok_decline_insufficient','declined',0,NULL,'insufficient_funds',NULL,1775520000000,'[["v","1"],["purpose","invoice"],["invoice","2026-000005"]]');
INSERT INTO "intentions" VALUES(26,'cb-qvbmscu0smq6ops6-MABG4T1TG1BF7A6IF501-charge-2',NULL,'MABG4T1TG1BF7A6IF501',30190000,'USD','tok_script:approve,decline_insufficient,decline_insufficient,decline_insufficient,decline_insufficient,decline_insufficient','declined',0,NULL,'insufficient_funds',NULL,1777593600000,'[["v","1"],["purpose","invoice"],["invoice","I-2026-000017"]]');
INSERT INTO "intentions" VALUES(27,'cb-qvbmscu0smq6ops6-MAZRDJBXGGB0BY8MOVCT-charge-2',NULL,'MAZRDJBXGGB0BY8MOVCT',21560000,'USD','tok_approve-3','paid',0,NULL,'',1777593600000,1777593600000,'[["v","1"],["purpose","invoice"],["invoice","I-2026-000023"]]');
INSERT INTO "intentions" VALUES(28,'cb-qvbmscu0smq6ops6-MABG4T1TG1BF7A6IF501-charge-3',NULL,'MABG4T1TG1BF7A6IF501',30190000,'USD','tok_script:approve,decline_insufficient,decline_insufficient,decline_insufficient,decline_insufficient,decline_insufficient','declined',0,NULL,'insufficient_funds',NULL,1777680000000,'[["v","1"],["purpose","invoice"],["invoice","I-2026-000017"]]');
INSERT INTO "intentions" VALUES(29,'cb-qvbmscu0smq6ops6-MAPQYD2EUBV7XP1G94DC-charge-2',NULL,'MAPQYD2EUBV7XP1G94DC',25000000,'USD','tok_decline_expired','declined',0,NULL,'expired_card',NULL,1777716000000,'[["v","1"],["purpose","automatic"]]');
INSERT INTO "intentions" VALUES(30,'cb-qvbmscu0smq6ops6-MAD7NNJ640EYLYBJ2TPE-charge-1',NULL,'MAD7NNJ640EYLYBJ2TPE',25000000,'USD','tok_late:864000000','pending',0,1778666400000,'',NULL,1777802400000,'[["v","1"],["purpose","manual"],["function","credits.recharge"],["key","6b966a8a9c5ada1b9a95bfcc8fdc67d0a02f6704b4e3569953ef10735e69dd3a"],["request","1455dda25f41467964ee590d0f5327a11720a07e9f1c3bdc0092750fdaddb904"]]');
INSERT INTO "intentions" VALUES(31,'cb-qvbmscu0smq6ops6-MA1BADWSBYGESL5ZTSSD-charge-2',NULL,'MA1BADWSBYGESL5ZTSSD',30000000,'USD','tok_approve-9','paid',0,NULL,'',1777802400000,1777802400000,'[["v","1"],["purpose","manual"],["function","credits.recharge"],["key","4558f2487bafc519aa1f0e6e2bf3703b4fb679c75b23bf8746342aa099f80aab"],["request","7e06cbb8837d29e5ad4fd0d1fc8cd79e036170a2b2603ba63e893b38712c1d0d"]]');
INSERT INTO "intentions" VALUES(32,'cb-qvbmscu0smq6ops6-MA1BADWSBYGESL5ZTSSD-charge-3',NULL,'MA1BADWSBYGESL5ZTSSD',35000000,'USD','tok_unknown_then_never','never',0,1777806000000,'',NULL,1777802400000,'[["v","1"],["purpose","manual"],["function","credits.recharge"],["key","44201408ec576cfc88ac43f4cef6c15acedc02077f2a2bc238e4d4890b07e631"],["request","5d43a6c8f3330da44de9a393b1f18a598466ac5ff2f0c2078de30739f5ad64c5"]]');
INSERT INTO "intentions" VALUES(33,'cb-qvbmscu0smq6ops6-MAQPIEBS51J3OP4L4YM3-charge-5',NULL,'MAQPIEBS51J3OP4L4YM3',25000000,'USD','tok_approve-8','paid',0,NULL,'',1777802400000,1777802400000,'[["v","1"],["purpose","automatic"]]');
INSERT INTO "intentions" VALUES(34,'cb-qvbmscu0smq6ops6-MAQPIEBS51J3OP4L4YM3-charge-6',NULL,'MAQPIEBS51J3OP4L4YM3',25000000,'USD','tok_approve-8','paid',0,NULL,'',1777802400000,1777802400000,'[["v","1"],["purpose","automatic"]]');
CREATE TABLE requests (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,
        call TEXT NOT NULL,
        subject TEXT NOT NULL,
        amount INTEGER,
        answer TEXT NOT NULL
    );
INSERT INTO "requests" VALUES(1,1772409600000,'describe-method','tok_approve',NULL,'described');
INSERT INTO "requests" VALUES(2,1772409600000,'describe-method','tok_script:approve,decline_limit',NULL,'described');
INSERT INTO "requests" VALUES(3,1772409600000,'describe-method','tok_decline_expired',NULL,'described');
INSERT INTO "requests" VALUES(4,1772409600000,'describe-method','tok_approve-2',NULL,'described');
INSERT INTO "requests" VALUES(5,1772409600000,'describe-method','tok_approve-3',NULL,'described');
INSERT INTO "requests" VALUES(6,1772409600000,'describe-method','tok_script:approve,decline_insufficient,decline_insufficient,decline_insufficient,decline_insufficient,decline_insufficient',NULL,'described');
INSERT INTO "requests" VALUES(7,1772409600000,'describe-method','tok_decline_insufficient',NULL,'described');
INSERT INTO "requests" VALUES(8,1772409600000,'describe-method','tok_approve-4',NULL,'described');
INSERT INTO "requests" VALUES(9,1772409600000,'describe-method','tok_approve-5',NULL,'described');
INSERT INTO "requests" VALUES(10,1772409600000,'describe-method','tok_refund_declined',NULL,'described');
INSERT INTO "requests" VALUES(11,1772409600000,'describe-method','tok_late:864000000',NULL,'described');
INSERT INTO "requests" VALUES(12,1772409600000,'describe-method','tok_unknown_then_paid',NULL,'described');
INSERT INTO "requests" VALUES(13,1772409600000,'describe-method','tok_approve-9',NULL,'described');
INSERT INTO "requests" VALUES(14,1772409600000,'describe-method','tok_unknown_then_never',NULL,'described');
INSERT INTO "requests" VALUES(15,1772409600000,'describe-method','tok_approve-6',NULL,'described');
INSERT INTO "requests" VALUES(16,1772409600000,'describe-method','tok_approve-7',NULL,'described');
INSERT INTO "requests" VALUES(17,1772409600000,'describe-method','tok_approve-8',NULL,'described');
INSERT INTO "requests" VALUES(18,1772409600000,'describe-method','tok_decline_limit',NULL,'described');
INSERT INTO "requests" VALUES(19,1772409600000,'charge','cb-qvbmscu0smq6ops6-MAV0J3W0GF1HZV8GNSBM-charge-1',200000000,'paid');
INSERT INTO "requests" VALUES(20,1772409600000,'charge','cb-qvbmscu0smq6ops6-MAV0J3W0GF1HZV8GNSBM-charge-2',50000000,'paid');
INSERT INTO "requests" VALUES(21,1772409600000,'charge','cb-qvbmscu0smq6ops6-MAV0J3W0GF1HZV8GNSBM-charge-3',60000000,'declined');
INSERT INTO "requests" VALUES(22,1772409600000,'charge','cb-qvbmscu0smq6ops6-MANV2MXS4IO6TT43E2LZ-charge-1',30000000,'paid');
INSERT INTO "requests" VALUES(23,1772409600000,'charge','cb-qvbmscu0smq6ops6-MABQXIREHMQUJICVFOQH-charge-1',50000000,'paid');
INSERT INTO "requests" VALUES(24,1772409600000,'charge','cb-qvbmscu0smq6ops6-MAGPSVGJHWSJD78LP8F2-charge-1',40000000,'paid');
INSERT INTO "requests" VALUES(25,1772409600000,'charge','cb-qvbmscu0smq6ops6-MAGPSVGJHWSJD78LP8F2-charge-2',25000000,'paid');
INSERT INTO "requests" VALUES(26,1772409600000,'charge','cb-qvbmscu0smq6ops6-MATPEZND5C81S69L4KB7-charge-1',60000000,'paid');
INSERT INTO "requests" VALUES(27,1772409600000,'charge','cb-qvbmscu0smq6ops6-MAT4TZEZE9OVGCM4O8S8-charge-1',200000000,'paid');
INSERT INTO "requests" VALUES(28,1772409600000,'charge','cb-qvbmscu0smq6ops6-MA1BADWSBYGESL5ZTSSD-charge-1',25000000,'paid');
INSERT INTO "requests" VALUES(29,1773131400000,'charge','cb-qvbmscu0smq6ops6-MAQPIEBS51J3OP4L4YM3-charge-1',25000000,'paid');
INSERT INTO "requests" VALUES(30,1773131400000,'charge','cb-qvbmscu0smq6ops6-MAQPIEBS51J3OP4L4YM3-charge-2',25000000,'paid');
INSERT INTO "requests" VALUES(31,1773131400000,'charge','cb-qvbmscu0smq6ops6-MAPQYD2EUBV7XP1G94DC-charge-1',25000000,'declined');
INSERT INTO "requests" VALUES(32,1773131400000,'charge','cb-qvbmscu0smq6ops6-MA1SI0GEMX9662JJRQD5-charge-1',25000000,'declined');
INSERT INTO "requests" VALUES(33,1773131400000,'charge','cb-qvbmscu0smq6ops6-MA1SI0GEMX9662JJRQD5-charge-2',25000000,'declined');
INSERT INTO "requests" VALUES(34,1775001600000,'charge','cb-qvbmscu0smq6ops6-MABG4T1TG1BF7A6IF501-charge-1',25880000,'paid');
INSERT INTO "requests" VALUES(35,1775001600000,'charge','cb-qvbmscu0smq6ops6-MAMDZRJPHHTSKZO5C7Z5-charge-1',17250000,'declined');
INSERT INTO "requests" VALUES(36,1775001600000,'charge','cb-qvbmscu0smq6ops6-MAZRDJBXGGB0BY8MOVCT-charge-1',34500000,'paid');
INSERT INTO "requests" VALUES(37,1775088000000,'charge','cb-qvbmscu0smq6ops6-MAMDZRJPHHTSKZO5C7Z5-charge-2',17250000,'declined');
INSERT INTO "requests" VALUES(38,1775120400000,'charge','cb-qvbmscu0smq6ops6-MAQPIEBS51J3OP4L4YM3-charge-3',25000000,'paid');
INSERT INTO "requests" VALUES(39,1775120400000,'charge','cb-qvbmscu0smq6ops6-MAQPIEBS51J3OP4L4YM3-charge-4',25000000,'paid');
INSERT INTO "requests" VALUES(40,1775124000000,'refund','cb-qvbmscu0smq6ops6-MAGPSVGJHWSJD78LP8F2-refund-1-1',39140000,'paid');
INSERT INTO "requests" VALUES(41,1775124000000,'refund','cb-qvbmscu0smq6ops6-MAGPSVGJHWSJD78LP8F2-refund-2-1',25000000,'declined');
INSERT INTO "requests" VALUES(42,1775260800000,'charge','cb-qvbmscu0smq6ops6-MAMDZRJPHHTSKZO5C7Z5-charge-3',17250000,'declined');
INSERT INTO "requests" VALUES(43,1775520000000,'charge','cb-qvbmscu0smq6ops6-MAMDZRJPHHTSKZO5C7Z5-charge-4',17250000,'declined');
INSERT INTO "requests" VALUES(44,1777593600000,'charge','cb-qvbmscu0smq6ops6-MABG4T1TG1BF7A6IF501-charge-2',30190000,'declined');
INSERT INTO "requests" VALUES(45,1777593600000,'charge','cb-qvbmscu0smq6ops6-MAZRDJBXGGB0BY8MOVCT-charge-2',21560000,'paid');
INSERT INTO "requests" VALUES(46,1777680000000,'charge','cb-qvbmscu0smq6ops6-MABG4T1TG1BF7A6IF501-charge-3',30190000,'declined');
INSERT INTO "requests" VALUES(47,1777716000000,'charge','cb-qvbmscu0smq6ops6-MAPQYD2EUBV7XP1G94DC-charge-2',25000000,'declined');
INSERT INTO "requests" VALUES(48,1777802400000,'charge','cb-qvbmscu0smq6ops6-MAD7NNJ640EYLYBJ2TPE-charge-1',25000000,'pending');
INSERT INTO "requests" VALUES(49,1777802400000,'charge','cb-qvbmscu0smq6ops6-MA1BADWSBYGESL5ZTSSD-charge-2',30000000,'unknown');
INSERT INTO "requests" VALUES(50,1777802400000,'charge','cb-qvbmscu0smq6ops6-MA1BADWSBYGESL5ZTSSD-charge-3',35000000,'unknown');
INSERT INTO "requests" VALUES(51,1777802400000,'charge','cb-qvbmscu0smq6ops6-MAQPIEBS51J3OP4L4YM3-charge-5',25000000,'paid');
INSERT INTO "requests" VALUES(52,1777802400000,'charge','cb-qvbmscu0smq6ops6-MAQPIEBS51J3OP4L4YM3-charge-6',25000000,'paid');
INSERT INTO "requests" VALUES(53,1777802400000,'charge','cb-qvbmscu0smq6ops6-MAZRDJBXGGB0BY8MOVCT-charge-3',40000000,'not-sent');
CREATE INDEX intention_keys ON intentions (key, number);
CREATE INDEX intention_methods ON intentions (method) WHERE method <> '';
CREATE INDEX intention_refunds ON intentions (charge_key) WHERE charge_key IS NOT NULL;
CREATE INDEX intention_movements ON intentions (paid_at, number) WHERE state = 'paid';
CREATE INDEX intention_dues ON intentions (settles_at) WHERE settles_at IS NOT NULL;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('requests',53);
INSERT INTO "sqlite_sequence" VALUES('intentions',34);
COMMIT;
